/**
 * JSON text that SQS and SNS accept, whatever a user id contains. They refuse some Unicode characters, and
 * `JSON.stringify` escapes all of these but two.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function messageJson(value: object): string {
  return JSON.stringify(value).replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/**
 * The text of a message attribute, which has no escapes: a character that SQS and SNS refuse becomes U+FFFD. Otherwise
 * the event could never be sent, and would block the stream. The body has the unchanged id.
 */
export function attributeText(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}
