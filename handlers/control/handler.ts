import { answerVersion } from "../shared/answer-version";
import { createHandler } from "./create-handler";

/** The Lambda function. If the environment is wrong, the function fails at its start with one clear error. */
export const handler = answerVersion(createHandler(process.env));
