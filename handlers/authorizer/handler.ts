import { answerVersion } from "../shared/answer-version";
import { createHandler } from "./create-handler";

/** The Lambda function. A wrong environment fails its start with one clear error, not each request with another. */
export const handler = answerVersion(createHandler(process.env));
