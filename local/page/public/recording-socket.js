/**
 * A class of sockets for the client library, which tells what the library does not: each frame as it is, in and out, and
 * the code of each close.
 *
 * @param isBare - leaves out the protocol that the library asks for: then SUMU speaks the bare protocol
 */
export function recordingSocket({ isBare, onFrame, onClose }) {
  return class extends WebSocket {
    constructor(address) {
      const url = new URL(address);
      if (isBare) url.searchParams.delete("protocol");
      super(url);
      this.addEventListener("message", ({ data }) => onFrame("in", data));
      this.addEventListener("close", ({ code }) => onClose(code));
    }

    send(text) {
      super.send(text);
      onFrame("out", text);
    }
  };
}
