/**
 * JSON text that SQS and SNS take, whatever a user id holds: of what Unicode has and they refuse, `JSON.stringify`
 * escapes all but two.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function messageJson(value: object): string {
  return JSON.stringify(value).replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/**
 * The text of a message attribute, which knows no escape: a character that SQS and SNS refuse becomes U+FFFD. Better
 * than an event that can never be sent, which would hold up the stream; the body has the id as it is.
 */
export function attributeText(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}
