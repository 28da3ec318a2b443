// What the page says of itself: what went wrong or was put aside, what has been done, and what is wrong in a field.

const $ = (id) => document.getElementById(id);

/**
 * Stands above the page until it is closed or something else is opened; an empty text closes it.
 * @param tone `bad`, or `calm` where nothing is wrong
 * @param act `[label, what the button does]`
 * @param link a text to be copied by hand
 */
export function notice(text, { tone = "bad", act = null, link = null } = {}) {
  $("notice").hidden = text === "";
  $("notice").dataset.tone = tone;
  $("notice-text").textContent = text;
  $("notice-act").hidden = act === null;
  $("notice-act").textContent = act?.[0] ?? "";
  $("notice-act").onclick = act?.[1] ?? null;
  $("notice-link").hidden = link === null;
  $("notice-link").value = link ?? "";
  if (link === null) return;
  $("notice-link").focus();
  // All of it is chosen, and its beginning in sight.
  $("notice-link").select();
  $("notice-link").scrollLeft = 0;
}

let leaving;

/** Passes by. */
export function tell(text) {
  const toast = $("toast");
  toast.textContent = text;
  toast.classList.add("is-shown");
  clearTimeout(leaving);
  leaving = setTimeout(() => toast.classList.remove("is-shown"), 4000);
}

/**
 * Says beside a field what is wrong with it; an empty text for nothing. What is typed stays, to be mended.
 * @param taken whether the field is taken as it is, and the text but says what comes of it
 */
export function fault(field, text, { taken = false } = {}) {
  const place = $(field.dataset.fault);
  // Two fields may share the place: neither takes away what stands there of the other.
  if (text === "" && place.dataset.field !== field.id) return;
  place.hidden = text === "";
  place.textContent = text;
  place.dataset.field = text === "" ? "" : field.id;
  if (text === "" || taken) field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
  if (text === "") field.removeAttribute("aria-describedby");
  else field.setAttribute("aria-describedby", place.id);
}
