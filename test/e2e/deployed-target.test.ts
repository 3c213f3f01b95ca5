import { readDeployedEnvironment } from "./deployed-target";
import { TokenCommand } from "./tokens";

const COMPLETE = {
  SUMU_E2E_WEBSOCKET_URL: "wss://example.com/live",
  SUMU_E2E_CONNECTIONS_TABLE: "shop-sumu-connections",
  SUMU_E2E_NOTIFICATIONS_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/000000000000/notifications",
  SUMU_E2E_NOTIFICATIONS_TOPIC_ARN: "arn:aws:sns:eu-central-1:000000000000:notifications",
  SUMU_E2E_MESSAGES_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/000000000000/messages",
  SUMU_E2E_MESSAGES_TOPIC_ARN: "arn:aws:sns:eu-central-1:000000000000:messages",
  SUMU_E2E_TOKEN_COMMAND: "tokens",
};

describe("the environment of a deployed stack", () => {
  it("names none when it has none of the variables", () => {
    expect(readDeployedEnvironment({ PATH: "/bin", SUMU_E2E_WEBSOCKET_URL: "" })).toBeUndefined();
  });

  it("names one when it has all that are needed", () => {
    expect(readDeployedEnvironment({ ...COMPLETE, PATH: "/bin" })).toMatchObject(COMPLETE);
  });

  it("rejects what is missing, misspelt or of another kind, all at once", () => {
    const { SUMU_E2E_TOKEN_COMMAND, ...incomplete } = COMPLETE;
    const environment = { ...incomplete, SUMU_E2E_MAY_BROADCASTS: "1", SUMU_E2E_PRESENCE_SOURCE: "none" };
    expect(() => readDeployedEnvironment(environment)).toThrow(
      "SUMU_E2E_TOKEN_COMMAND is not set; SUMU_E2E_MAY_BROADCASTS means nothing; " +
        'SUMU_E2E_PRESENCE_SOURCE must be topic or queue, got "none": see docs/testing-a-deployment.md',
    );
  });
});

describe("a token command", () => {
  it("answers one line for each name, in turn", async () => {
    const command = new TokenCommand("cat");
    expect(await Promise.all(["alice", 'al"ice & co'].map((user) => command.mint(user)))).toEqual([
      "alice",
      'al"ice & co',
    ]);
    await command.end();
  });

  it.each([
    ["false", "ended (exit code 1)"],
    ["sumu-no-such-command", "could not be run (spawn sumu-no-such-command ENOENT)"],
  ])("rejects when it is %s", async (line, reason) => {
    const command = new TokenCommand(line);
    await expect(command.mint("alice")).rejects.toThrow(`the token command ${reason}`);
    await expect(command.mint("bob")).rejects.toThrow(`the token command ${reason}`);
    await command.end();
  });
});
