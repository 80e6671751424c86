/* One example at a time, and what the person says of it. */

import { alert, element, say, talk } from "./page.js";

const SMALL = 128; // pixels; smaller pictures are enlarged without smoothing
let state = null;
let chosen = new Set();
let busy = false;

async function done(what, said = {}) {
  if (busy) return;
  busy = true;
  const heard = await talk("label/done", { what, at: state.at, ...said });
  busy = false;
  if (heard) show(heard);
}

const keep = (labels) => done("answer", { labels });

function show(heard) {
  alert(heard.error ?? "");
  state = heard;
  chosen = new Set(state.before?.labels ?? []);
  const asked = { class: "which-class", labels: "which-labels", number: "which-number" }[state.kind];
  const title = say(state.finished ? "finished" : state.ended ? "all-answered" : asked, { target: state.target });
  document.title = state.finished ? say("label-title") : title;
  document.getElementById("header").replaceChildren(...heading(title));
  const parts = state.finished || state.ended ? [] : [example(), answers()];
  document.getElementById("content").replaceChildren(...parts);
  document.getElementById("footer").replaceChildren(...(state.finished ? [] : moves()));
  (document.querySelector("#number") ?? document.querySelector("h1")).focus();
}

function heading(title) {
  const first = element("h1", { tabIndex: -1 }, title);
  if (state.finished) return [first, element("p", {}, say("you-may-close"))];
  const at = Math.min(state.at + 1, state.total);
  const where = say("progress", { at, total: state.total, done: state.done });
  const bar = element("progress", { max: state.total, value: state.done, "aria-label": where });
  return [first, element("p", { className: "note", role: "status" }, where), bar];
}

function example() {
  const parts = [];
  if (state.pictures.length) parts.push(element("div", { className: "pictures" }, ...state.pictures.map(picture)));
  if (state.text) parts.push(element("p", { className: "text", tabIndex: 0 }, state.text));
  if (state.values.length) parts.push(...features());
  return element("section", { "aria-label": say("what") }, ...parts);
}

function picture({ name, source }) {
  const made = element("img", { alt: say("picture", { name }), src: source });
  made.addEventListener("load", () => made.classList.toggle("small", made.naturalWidth <= SMALL));
  return made;
}

function features() {
  const list = (pairs) =>
    element("dl", {}, ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  const rest = state.values.slice(state.features);
  const folded = element("details", {}, element("summary", {}, say("more-features", { count: rest.length })), list(rest));
  return [element("h2", {}, say("features")), list(state.values.slice(0, state.features)), rest.length ? folded : null]
    .filter(Boolean);
}

function answers() {
  const before = state.before && say("your-answer", { answer: state.before.said || say("cannot-say") });
  return element(
    "section",
    { className: "answers", "aria-label": say("answers") },
    before ? element("p", { className: "before" }, before) : null,
    ...{ class: classes, labels: labels, number: number }[state.kind](),
    element("button", { onclick: () => done("skip") }, say("cannot-say"), " ", element("kbd", {}, "S")),
  );
}

function buttons(pressed, toggled) {
  return state.classes.map((name, place) => {
    const key = state.keys[place];
    const sign = key && key !== name ? element("kbd", { "aria-hidden": "true" }, key.toUpperCase()) : null;
    const button = element("button", { onclick: () => pressed(name, button) }, sign, element("span", {}, name));
    if (key) button.setAttribute("aria-keyshortcuts", key);
    if (toggled) button.setAttribute("aria-pressed", String(chosen.has(name)));
    return element("li", {}, button);
  });
}

function classes() {
  const list = element("ul", { className: "classes" }, ...buttons((name) => keep([name]), false));
  return state.keys.length ? [list] : [finder(list), list];
}

function finder(list) {
  const found = () => [...list.children].filter((one) => !one.hidden);
  const narrow = (event) => {
    const wanted = event.target.value.toLowerCase();
    state.classes.forEach((name, place) => (list.children[place].hidden = !name.toLowerCase().includes(wanted)));
  };
  const enter = (event) => {
    if (event.key === "Enter" && found().length === 1) found()[0].firstChild.click();
  };
  const field = element("input", { id: "find", type: "search", autocomplete: "off", oninput: narrow, onkeydown: enter });
  return element("div", { className: "find" }, element("label", { htmlFor: "find" }, say("find-class")), field);
}

function labels() {
  const toggle = (name, button) => {
    if (!chosen.delete(name)) chosen.add(name);
    button.setAttribute("aria-pressed", String(chosen.has(name)));
    kept.firstChild.textContent = say(chosen.size ? "keep" : "none");
  };
  const list = element("ul", { className: "classes" }, ...buttons(toggle, true));
  const name = say(chosen.size ? "keep" : "none");
  const kept = element("button", { id: "keep", className: "main", onclick: () => keep([...chosen]) }, name, " ", element("kbd", {}, "Enter"));
  return [list, element("p", {}, kept)];
}

function number() {
  const field = element("input", { id: "number", inputMode: "decimal", autocomplete: "off", value: state.before?.said ?? "" });
  const send = () => done("answer", { number: field.value.trim() });
  field.addEventListener("keydown", (event) => event.key === "Enter" && send());
  const kept = element("button", { className: "main", onclick: send }, say("keep"));
  return [element("div", { className: "number" }, element("label", { htmlFor: "number" }, say("number")), field), element("p", {}, kept)];
}

function moves() {
  const back = element("button", { onclick: () => done("back"), disabled: state.at === 0 }, "← ", say("back"));
  const forward = element("button", { onclick: () => done("forward"), disabled: !state.before }, say("forward"), " →");
  const finish = element("button", { className: "finish", onclick: () => done("finish") }, say("finish"));
  return [
    element("div", { className: "moves" }, back, forward, finish),
    element("p", { className: "note" }, say("keys")),
    element("p", { className: "note" }, say("blind")),
  ];
}

function pressed(event) {
  if (!state || state.finished || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const typing = event.target.matches("input");
  if (!typing && event.key === "ArrowLeft") return done("back");
  if (!typing && event.key === "ArrowRight" && state.before) return done("forward");
  if (typing || state.ended) return;
  const key = event.key.toLowerCase();
  const place = state.keys.indexOf(key);
  if (place >= 0) document.querySelectorAll(".classes button")[place].click();
  else if (key === "s") done("skip");
  else if (key === "enter" && state.kind === "labels" && !event.target.matches("button, summary")) keep([...chosen]);
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", pressed);
talk("label/state").then((heard) => heard && show(heard));
