import { hostname } from "node:os";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { hostNames, isOwnName } from "../../local/listening";
import { startLocalStack } from "../../local/local-stack";
import { Client } from "../e2e/client";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

describe("a server's own names", () => {
  it("are those of the loopback interface, with any port, and that of a container's host", () => {
    const names = hostNames("127.0.0.1");
    expect(names).toEqual(["127.0.0.1", "localhost", "host.docker.internal"]);
    for (const own of ["127.0.0.1:4601", "LOCALHOST:8080", "localhost", "host.docker.internal:4602"]) {
      expect([own, isOwnName(own, names)]).toEqual([own, true]);
    }
    for (const foreign of [
      "evil.test:4601",
      "localhost.evil.test",
      "127.0.0.1.evil.test:4601",
      "0.0.0.0:4601",
      "[::1]:4601",
      "",
      undefined,
    ]) {
      expect([foreign, isOwnName(foreign, names)]).toEqual([foreign, false]);
    }
  });

  it("are also the host that was chosen, or with 0.0.0.0 every address and the name of the machine, but not 0.0.0.0 itself", () => {
    expect(hostNames("Sumu.internal")).toContain("sumu.internal");
    expect(hostNames("0.0.0.0")).not.toContain("0.0.0.0");
    expect(hostNames("0.0.0.0")).toEqual(expect.arrayContaining(["127.0.0.1", "localhost", hostname().toLowerCase()]));
  });
});

describeWithLocalAws("npm start with --host", () => {
  // Only Linux has all of 127.0.0.0/8 without being told.
  const itOnLinux = process.platform === "linux" ? it : it.skip;

  itOnLinux("listens on that address, and works there; for the functions the page is at 127.0.0.1 too", async () => {
    const stack = await startLocalStack({ host: "127.0.0.2", presenceSource: "none" });
    try {
      const { websocket_url, page_url, aws_endpoint_url, notifications } = stack.info;
      const urls = [websocket_url, page_url, aws_endpoint_url].map((url) => new URL(url));
      expect(urls.map(({ hostname }) => hostname)).toEqual(["127.0.0.2", "127.0.0.2", "127.0.0.2"]);
      const client = await Client.connect(websocket_url, await stack.issuer.mint("alice"));
      const MessageBody = '{"users":["alice"],"data":"hello"}';
      await stack.aws.sqs.send(new SendMessageCommand({ QueueUrl: notifications.queue.url, MessageBody }));
      expect(await client.received(1)).toEqual(['"hello"']);
      await client.close();
      const closed = [websocket_url, aws_endpoint_url].map((url) => new URL(url).port);
      for (const port of closed) await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
    } finally {
      await stack.stop();
    }
  });

  it("rejects an address of another machine, and says what to do", async () => {
    await expect(startLocalStack({ host: "192.0.2.1" })).rejects.toMatchObject({
      code: "ERR_SETUP",
      message:
        "--host 192.0.2.1 is not an address of this machine (EADDRNOTAVAIL): give one of its own, or 0.0.0.0 for all of them",
    });
  });
});
