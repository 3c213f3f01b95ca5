/**
 * Refusals that a later try of the same request cannot change, with the codes of SQS, SNS and DynamoDB: {@link
 * comparable}. Every other refusal counts as temporary, even an unknown code: if the handler gives up on a message, the
 * message is lost.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html#API_SendMessageBatch_Errors
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
const PERMANENT = new Set([
  // The request itself.
  "batchentryidsnotdistinct",
  "batchrequesttoolong",
  "conditionalcheckfailed",
  "emptybatchrequest",
  "invalidaction",
  "invalidaddress",
  "invalidattributename",
  "invalidattributevalue",
  "invalidbatchentryid",
  "invalidmessagecontents",
  "invalidparameter",
  "invalidparametercombination",
  "invalidparametervalue",
  "invalidqueryparameter",
  "invalidsecurity",
  "itemcollectionsizelimitexceeded",
  "malformedquerystring",
  "missingaction",
  "missingparameter",
  "requestentitytoolarge",
  "serialization",
  "toomanyentriesinbatchrequest",
  "unknownoperation",
  "unsupportedoperation",
  "validation",
  // The target of the request.
  "endpointdisabled",
  "nonexistentqueue",
  "notfound",
  "platformapplicationdisabled",
  "queuedoesnotexist",
  "resourcenotfound",
  // The key of the queue or topic.
  "kmsaccessdenied",
  "kmsdisabled",
  "kmsinvalidkeyusage",
  "kmsinvalidstate",
  "kmsnotfound",
  "kmsoptinrequired",
  // The role, and its credentials: a function keeps the same credentials until its process ends.
  "accessdenied",
  "authorization",
  "expiredtoken",
  "incompletesignature",
  "invalidclienttokenid",
  "invalidsignature",
  "missingauthenticationtoken",
  "notauthorized",
  "optinrequired",
  "signaturedoesnotmatch",
  "unauthorizedoperation",
  "unrecognizedclient",
  "x509parsing",
]);

/** Whether every later try of the same request must fail, by the refusal's code. */
export function isPermanent(code: string): boolean {
  return PERMANENT.has(comparable(code));
}

/** A code has several spellings: `KMS.AccessDeniedException` and `KmsAccessDenied`, `ValidationError` and `ValidationException`. */
function comparable(code: string): string {
  return code
    .replace(/^AWS\.SimpleQueueService\./, "")
    .replace(/(?:Exception|Error|Fault)$/, "")
    .replaceAll(".", "")
    .toLowerCase();
}
