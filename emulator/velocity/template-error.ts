/**
 * A mapping template that API Gateway would not render, or whose result AWS does not define. The message names the
 * construct and says how to change it. It never holds a client's data, only the template's own text.
 */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly code = "ERR_MAPPING_TEMPLATE";
}
