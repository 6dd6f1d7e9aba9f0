import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * People's JDBC drivers. Each line of the input is a question, each line of the output its answer: words in base64,
 * with a space between two. "connect URL USER PASSWORD SQL" is answered by the columns of the first row, "parse URL" by
 * host, port and database as the driver itself understands them; what goes wrong by "error" and the driver's texts.
 */
public class Jdbc {
    public static void main(String[] arguments) throws Exception {
        DriverManager.setLoginTimeout(10);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        PrintStream answers = new PrintStream(System.out, true, "UTF-8");
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] words = Arrays.stream(line.split(" ", -1)).map(Jdbc::decoded).toArray(String[]::new);
            answers.println(answer(words).stream().map(Jdbc::encoded).collect(Collectors.joining(" ")));
        }
    }

    private static List<String> answer(String[] words) {
        try {
            return words[0].equals("parse") ? parsed(words[1]) : firstRow(words[1], words[2], words[3], words[4]);
        } catch (Exception problem) {
            return List.of("error", told(problem));
        }
    }

    private static List<String> parsed(String url) throws SQLException {
        if (url.startsWith("jdbc:postgresql:")) {
            Properties found = org.postgresql.Driver.parseURL(url, new Properties());
            if (found == null) {
                throw new SQLException("no URL of this driver");
            }
            return List.of(found.getProperty("PGHOST"), found.getProperty("PGPORT"), found.getProperty("PGDBNAME"));
        }
        org.mariadb.jdbc.UrlParser found = org.mariadb.jdbc.UrlParser.parse(url);
        var address = found.getHostAddresses().get(0);
        return List.of(address.host, String.valueOf(address.port), String.valueOf(found.getDatabase()));
    }

    private static List<String> firstRow(String url, String user, String password, String sql) throws SQLException {
        Properties who = new Properties();
        who.setProperty("user", user);
        if (!password.isEmpty()) {
            who.setProperty("password", password);
        }
        try (Connection connection = DriverManager.getConnection(url, who);
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            List<String> columns = new ArrayList<>();
            rows.next();
            for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                columns.add(String.valueOf(rows.getString(column)));
            }
            return columns;
        }
    }

    private static String told(Throwable problem) {
        return Stream.iterate(problem, each -> each != null, Throwable::getCause)
                .map(each -> each.getClass().getName() + ": " + each.getMessage())
                .collect(Collectors.joining("\nCaused by: "));
    }

    private static String decoded(String word) {
        return new String(Base64.getDecoder().decode(word), UTF_8);
    }

    private static String encoded(String word) {
        return Base64.getEncoder().encodeToString(word.getBytes(UTF_8));
    }
}
