"use strict";

// Tabs by the pattern of https://www.w3.org/WAI/ARIA/apg/patterns/tabs/; without this script the names
// are links, and all subscribers are shown one below the other.
const list = document.getElementById("tabs");
const tabs = Array.from(list.querySelectorAll(".tab"));

function panelOf(tab) {
  return document.getElementById(tab.hash.slice(1));
}

function select(chosen) {
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    panelOf(tab).hidden = !isChosen;
  }
}

function choose(tab) {
  select(tab);
  history.replaceState(null, "", tab.hash); // not at the start: it would move the place of the focus
}

function neighbour(tab, key) {
  const here = tabs.indexOf(tab);
  const places = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: -1 };
  return key in places ? tabs.at(places[key] % tabs.length) : null;
}

list.setAttribute("role", "tablist");
for (const tab of tabs) {
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", tab.hash.slice(1));
  panelOf(tab).setAttribute("role", "tabpanel");
  tab.addEventListener("click", (event) => {
    event.preventDefault();
    choose(tab);
  });
  tab.addEventListener("keydown", (event) => {
    const other = neighbour(tab, event.key);
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      choose(tab);
    } else if (other) {
      event.preventDefault();
      choose(other);
      other.focus();
    }
  });
}
if (tabs.length) {
  select(tabs.find((tab) => tab.hash === location.hash) || tabs[0]);
}

// The program rebuilds the page after changes; this reloads it then, and keeps the chosen tab.
const version = document.documentElement.dataset.version;

async function look() {
  try {
    const answer = await fetch("version", { cache: "no-store" });
    if ((await answer.text()) !== version) {
      location.reload();
    }
  } catch {
    document.getElementById("state").textContent = "The preview has ended.";
  }
}

if (version) {
  setInterval(look, 1000);
}
