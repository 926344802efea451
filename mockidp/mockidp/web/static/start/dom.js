// Elements from a description. Text goes in as text and never as markup: much of what is shown here came from strangers.

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const button = (text, onclick, attributes = {}) => el("button", { type: "button", onclick, ...attributes }, text);

// Text in which `code` stands between backticks.
export const withCode = (text) => text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));

// A labelled control; `control` gets the id.
export function field(id, label, control, hint = "") {
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return el("div", { class: "field" }, el("label", { for: id }, label), control, hint && el("p", { class: "detail", id: `${id}-hint` }, hint));
}

export const options = (select, pairs) => {
  const chosen = select.value;
  select.replaceChildren(...pairs.map(([value, text]) => el("option", { value }, text)));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
  return select;
};

// What just happened, also for those who hear the page.
export function say(text, bad = false) {
  const said = document.getElementById("said");
  said.className = bad ? "said alert" : "said";
  said.textContent = text;
}
