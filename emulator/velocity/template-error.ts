/**
 * A mapping template that API Gateway would not render, or whose outcome it leaves open: the construct and the way out
 * are in the message. Never holds what a client sent, only the template's own text.
 */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly code = "ERR_MAPPING_TEMPLATE";
}
