"use strict";
const lines = Array.from(document.querySelectorAll("code"), (code) => [code, code.textContent]);
document.getElementById("name").addEventListener("input", (event) => {
  const name = /^[a-z0-9][a-z0-9._-]*$/.test(event.target.value) ? event.target.value : "YOUR-NAME";
  for (const [code, text] of lines) code.textContent = text.split("YOUR-NAME").join(name);
});
document.getElementById("error").addEventListener("input", (event) => {
  const text = event.target.value;
  const row = DIAGNOSES.find(([pattern]) => new RegExp(pattern).test(text));
  const unknown = "This error is not known here. Run check-connection, and compare what you typed with the line above.";
  document.getElementById("told").textContent = row ? row[1] + "\n" + row[2] : text.trim() ? unknown : "";
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => each.setAttribute("open", "")));
