/** Why something was refused, for the reader of the page: the code, and the words if there are any. */
export const describeFailure = ({ code, message }) =>
  message === code ? `(${code})` : `(${code}): ${message.replace(/\.$/, "")}`;
