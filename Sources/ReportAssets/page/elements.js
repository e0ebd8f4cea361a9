"use strict";
// Small helpers. Content from an image reaches the page only as text: element() makes every string a text node,
// and nothing here parses HTML.

/** An element with attributes, listeners (onclick and the like) and children. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The same for SVG drawings. */
function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const numbers = new Intl.NumberFormat("en");

function count(number) {
  return numbers.format(number);
}

/** "1 node", "1,200 nodes". */
function counted(number, one, many = one + "s") {
  return count(number) + " " + (number === 1 ? one : many);
}

function bytes(number) {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
    if (number >= size) return (number / size).toFixed(number >= 100 * size ? 0 : 1) + " " + unit;
  }
  return counted(number, "byte");
}

/** A text with the search words highlighted; very long texts are cut. */
function marked(text, words, longest = 400) {
  const shown = text.length > longest ? text.slice(0, longest) + "…" : text;
  const lower = shown.toLowerCase();
  const parts = document.createDocumentFragment();
  let done = 0;
  // A letter whose lower-case form is longer would shift the positions; such a text is shown without highlights.
  if (lower.length === shown.length) {
    for (;;) {
      let [at, length] = [-1, 0];
      for (const word of words) {
        const found = lower.indexOf(word, done);
        if (found >= 0 && (at < 0 || found < at)) [at, length] = [found, word.length];
      }
      if (at < 0) break;
      parts.append(shown.slice(done, at), element("mark", {}, shown.slice(at, at + length)));
      done = at + length;
    }
  }
  parts.append(shown.slice(done));
  return parts;
}
