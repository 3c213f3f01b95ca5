import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { describeBackends } from "./describe-backends";
import { describeBrowser } from "./describe-browser";

jest.setTimeout(60_000);

describeWithLocalAws("the examples on one machine", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic" });
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  describeBackends(() => stack);
  describeBrowser(() => stack);
});
