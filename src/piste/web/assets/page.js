/* What every view needs: the sentences, elements without markup from data, and talking to the server. */

const texts = JSON.parse(document.getElementById("texts").textContent);

/* The sentence called `name`, with {places} filled in. */
export function say(name, places = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (whole, place) => (place in places ? String(places[place]) : whole));
}

/* An element with properties and children; a text child is always a text, never markup. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/* Says `sentence` where it is heard at once, or nothing. */
export function alert(sentence = "") {
  document.getElementById("alert").textContent = sentence;
}

/* What the server answers at `place`, JSON on both ways; null where it cannot be reached. */
export async function talk(place, said) {
  const options = said === undefined
    ? {}
    : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(said) };
  try {
    const answer = await fetch(place, options);
    return await answer.json();
  } catch {
    alert(say("lost"));
    return null;
  }
}
