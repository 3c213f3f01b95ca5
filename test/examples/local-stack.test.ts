import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeLambdaHandlers } from "../backend/describe-lambda-handlers";
import { describeLibraries } from "../backend/describe-libraries";
import { describeSockette } from "../e2e/describe-sockette";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { describeBackends } from "./describe-backends";
import { describeBrowser } from "./describe-browser";
import { describeChat } from "./describe-chat";
import { describeClientLibrary } from "./describe-client-library";
import { describeGuides } from "./describe-guides";

jest.setTimeout(60_000);

// One stack for all that kill nothing: a start costs 7 s of CPU.
describeWithLocalAws("one SUMU on this machine", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic" });
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  describe("serves clients that others have written:", () => describeSockette(() => stack));
  describe("serves our own client:", () => describeClientLibrary(() => stack));
  describe("serves backends:", () => {
    describeLibraries(() => stack);
    describeLambdaHandlers(() => stack);
  });
  describe("serves the examples:", () => {
    describeBackends(() => stack);
    describeBrowser(() => stack);
    describeChat(() => stack);
  });
  describe("does what the guides say:", () => describeGuides(() => stack));
});
