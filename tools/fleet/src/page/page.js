"use strict";

const at = (id) => document.getElementById(id);
const NAMES = ["emotion", "channel", "age", "edition"];

function query() {
  const by = new URLSearchParams();
  for (const name of NAMES) {
    by.set(name, at("by").querySelector(`[name=${name}]`).checked);
  }
  return by;
}

async function ask(path) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem("token") ?? ""}` };
  const response = await fetch(`${path}?${query()}`, { headers });
  if (!response.ok) {
    throw new Error(await response.text());
  }
  return response;
}

function number(estimate, digits) {
  if (!estimate) {
    return "–";
  }
  const shown = (value) => value.toLocaleString("en", { maximumFractionDigits: digits });
  return `${shown(estimate.value)} (${shown(estimate.low)} to ${shown(estimate.high)})`;
}

async function show() {
  try {
    const rows = await (await ask("api/table")).json();
    at("rows").replaceChildren(...rows.map((row) => {
      const line = document.createElement("tr");
      const texts = [
        row.term, row.edition, row.emotion, row.channel, row.age, row.reports ?? "–",
        number(row.learners, 0), number(row.trials, 0), number(row.met, 3), number(row.gained, 3),
        number(row.transfers, 0), number(row.transferred, 3),
      ];
      line.append(...texts.map((text) => {
        const field = document.createElement("td");
        field.textContent = text;
        return field;
      }));
      return line;
    }));
    at("trouble").textContent = "";
    at("main").hidden = false;
    at("login").hidden = true;
  } catch (error) {
    at("trouble").textContent = error.message;
    at("main").hidden = true;
    at("login").hidden = false;
  }
}

async function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await (await ask("api/table.csv")).blob());
  link.download = "petri-fleet.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

at("login").addEventListener("submit", (event) => {
  event.preventDefault();
  // Kept until the tab is closed.
  sessionStorage.setItem("token", at("token").value);
  show();
});
at("by").addEventListener("change", show);
at("csv").addEventListener("click", save);
if (sessionStorage.getItem("token")) {
  show();
}
