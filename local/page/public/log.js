/** The number of lines that a log keeps: enough to read, and not so many that the page becomes slow. */
const MOST_ENTRIES = 200;

const LABELS = { in: "received", out: "sent", topic: "topic", queue: "queue" };

/**
 * Adds a line to a log and scrolls to it, unless the reader has scrolled up.
 *
 * @returns a function that replaces the details of the line
 */
export function appendEntry(log, kind, text, details = "") {
  const followed = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
  const entry = document.createElement("li");
  entry.dataset.kind = kind;
  entry.append(
    element("span", "kind", LABELS[kind]),
    element("time", "", new Date().toLocaleTimeString("en-GB")),
    element("code", "", text),
  );
  const note = element("span", "details", details);
  entry.append(note);
  log.append(entry);
  while (log.childElementCount > MOST_ENTRIES) log.firstElementChild.remove();
  if (followed) log.scrollTop = log.scrollHeight;
  return (text) => {
    note.textContent = text;
  };
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
