"""Each role may do what its function does, where it does it, and nothing else."""

from __future__ import annotations

from tests.saboteur.control import Control

TEMPLATE = "template.yaml"
RULES = ("tests/contract/test_template_rules.py",)
RIGHTS = ("tests/contract/test_function_rights.py",)
WAYS_IN = ("tests/contract/test_ways_in.py",)
OWN_SECRETS = ", Condition: {StringEquals: {aws:ResourceTag/aws:secretsmanager:owningService: rds}}"
BY_SECRETS_MANAGER = (
    ', Condition: {StringEquals: {kms:ViaService: !Sub "secretsmanager.${AWS::Region}.${AWS::URLSuffix}"}}'
)
OWN_POLICIES = (
    ', Condition: {ArnLike: {iam:PolicyARN: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}'
    ':policy/signon/connect/${AWS::StackName}-${AWS::Region}-*"}}'
)

CONTROLS = (
    Control(
        "One role is passed",
        TEMPLATE,
        "Action: iam:PassRole, Resource: !GetAtt DirectoryRole.Arn,",
        'Action: iam:PassRole, Resource: "*",',
        RULES,
    ),
    Control(
        "The role is passed to RDS alone",
        TEMPLATE,
        "iam:PassedToService: [rds.amazonaws.com, ",
        "iam:PassedToService: ['*', ",
        RULES,
    ),
    Control(
        "Only our own policies are attached",
        TEMPLATE,
        OWN_POLICIES,
        "",
        RIGHTS,
    ),
    Control(
        "Policies are attached to the listed roles alone",
        TEMPLATE,
        "Action: iam:AttachRolePolicy, Resource: !Ref ConnectRoles,",
        'Action: iam:AttachRolePolicy, Resource: "*",',
        RIGHTS,
    ),
    Control(
        "Only secrets that RDS made are read", TEMPLATE, OWN_SECRETS, "", RIGHTS, after="PolicyName: create-logins"
    ),
    Control(
        "Only secrets under RDS's names are read",
        TEMPLATE,
        ":secret:rds!*",
        ":secret:*",
        RIGHTS,
        after="PolicyName: look-inside",
    ),
    Control(
        "Keys are used through Secrets Manager alone",
        TEMPLATE,
        BY_SECRETS_MANAGER,
        "",
        RIGHTS,
        after="PolicyName: verify-logins",
    ),
    Control(
        "Events are sent under our own name alone",
        TEMPLATE,
        ", Condition: {StringEquals: {events:source: signon}}",
        "",
        RIGHTS,
        after="PolicyName: report-outcome",
    ),
    Control(
        "The queue takes letters of our rules alone",
        TEMPLATE,
        "            Condition: {ArnEquals: {aws:SourceArn: [!GetAtt OnboardDatabaseDatabaseAppeared.Arn,"
        " !GetAtt ReportEndingExecutionEnded.Arn]}}\n",
        "",
        RULES,
    ),
    Control(
        "Messages are encrypted and published for our alarms alone",
        TEMPLATE,
        "            Condition: {ArnLike: {aws:SourceArn:",
        "            # {ArnLike: {aws:SourceArn:",
        RULES,
        after="  OutcomesKey:\n",
    ),
    Control(
        "A topic's key is used through SNS alone",
        TEMPLATE,
        ', Condition: {StringEquals: {kms:ViaService: !Sub "sns.${AWS::Region}.${AWS::URLSuffix}"}}',
        "",
        RIGHTS,
        after="PolicyName: report-outcome",
    ),
    Control(
        "The scheduler takes its role for our account alone",
        TEMPLATE,
        "            Condition: {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}\n",
        "",
        WAYS_IN,
    ),
    Control(
        "Profiles are written and read by TLS alone",
        TEMPLATE,
        "          - Effect: Deny",
        "          - Effect: Allow",
        RULES,
        after="ProfilesOnlyByTls:",
    ),
    Control(
        "The profile bucket is never public",
        TEMPLATE,
        "BlockPublicPolicy: true",
        "BlockPublicPolicy: false",
        RULES,
        after="  Profiles: #",
    ),
    Control(
        "No action is allowed by a wildcard",
        TEMPLATE,
        "Action: [rds:DescribeDBInstances, rds:ModifyDBInstance]",
        'Action: "rds:*"',
        RULES,
        after="PolicyName: associate-directory",
    ),
    Control(
        "Make plan writes nothing",
        TEMPLATE,
        "Action: dynamodb:GetItem, Resource: !GetAtt Records.Arn",
        "Action: [dynamodb:GetItem, dynamodb:UpdateItem], Resource: !GetAtt Records.Arn",
        RIGHTS,
        after="PolicyName: make-plan",
    ),
    Control(
        "A role that reads secrets does not change databases by RDS",
        TEMPLATE,
        "Action: rds:DescribeDBInstances,",
        "Action: [rds:DescribeDBInstances, rds:ModifyDBInstance],",
        RULES,
        after="PolicyName: create-logins",
    ),
    Control(
        "Functions reach databases and HTTPS, and nothing else",
        TEMPLATE,
        "IpProtocol: tcp, FromPort: 443, ToPort: 443,",
        "IpProtocol: tcp, FromPort: 0, ToPort: 65535,",
        RIGHTS,
    ),
    Control(
        "The code of a function makes no network interfaces",
        TEMPLATE,
        "              - {Effect: Deny, Action: [ec2:CreateNetworkInterface,",
        "              - {Effect: Deny, Action: [ec2:DetachNetworkInterface,",
        RULES,
        after="PolicyName: create-logins",
    ),
    Control(
        "RDS alone takes the directory role",
        TEMPLATE,
        "            Principal:\n              Service: !If\n",
        "            Principal:\n              AWS: !If\n",
        RULES,
    ),
)
