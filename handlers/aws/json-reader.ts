/**
 * A reader of answers in JSON.
 *
 * @param isOutput - Whether the answer has the operation's format.
 */
export function jsonReader<Output>(isOutput: (value: unknown) => value is Output): (body: string) => Output {
  return (body) => {
    const value: unknown = JSON.parse(body);
    if (!isOutput(value)) throw new TypeError("the answer has another shape than the operation's output");
    return value;
  };
}
