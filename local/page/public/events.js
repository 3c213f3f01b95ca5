const RETRY_MILLISECONDS = 1_000;

/** Reads a stream of events while the page is open. An EventSource cannot send a key in a header. */
export async function followEvents(open, { onOpen, onLost, onEvent }) {
  for (;;) {
    try {
      const response = await open();
      onOpen();
      for await (const data of messages(response.body.pipeThrough(new TextDecoderStream()))) onEvent(JSON.parse(data));
    } catch {
      // It is reported below, like an end without an error.
    }
    onLost();
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
}

/** The data of each event. The server writes it in one line. */
async function* messages(stream) {
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (text + value).split("\n\n");
    text = events.pop();
    for (const event of events) yield event.slice("data: ".length);
  }
}
