import { parseStartOptions } from "../../local/options";

describe("npm start's options", () => {
  it("have defaults that suit a newcomer", () => {
    expect(parseStartOptions([])).toEqual({
      port: 4600,
      host: "127.0.0.1",
      awsEndpoint: undefined,
      presenceSource: "topic",
      allowedOrigins: [],
      json: false,
      env: false,
    });
  });

  it("are taken as they are given", () => {
    const args = [
      "--allow-origin",
      "http://localhost:3000",
      "--allow-origin=https://shop.example",
      "--port",
      "0",
      "--host",
      "0.0.0.0",
      "--aws-endpoint",
      "http://127.0.0.1:4566/",
      "--presence-source=none",
      "--json",
      "--env",
    ];
    expect(parseStartOptions(args)).toEqual({
      port: 0,
      host: "0.0.0.0",
      awsEndpoint: "http://127.0.0.1:4566",
      presenceSource: "none",
      allowedOrigins: ["http://localhost:3000", "https://shop.example"],
      json: true,
      env: true,
    });
  });

  it.each([
    [["--port", "80a"], '--port must be a whole number from 0 to 65533, got "80a"'],
    [
      ["--allow-origin", "localhost:3000"],
      '--allow-origin must be an origin as browsers send it, such as http://localhost:3000, got "localhost:3000"',
    ],
    [["--port", "65534"], '--port must be a whole number from 0 to 65533, got "65534"'],
    [["--port="], '--port must be a whole number from 0 to 65533, got ""'],
    [["--host", "::1"], '--host must be an IPv4 address such as 0.0.0.0, or a name, got "::1"'],
    [["--host", "http://a"], '--host must be an IPv4 address such as 0.0.0.0, or a name, got "http://a"'],
    [["--aws-endpoint", "4566"], '--aws-endpoint must be a URL such as http://127.0.0.1:4566, got "4566"'],
    [["--presence-source", "Topic"], '--presence-source must be topic, queue or none, got "Topic"'],
    [["--prot", "1"], `Unknown option '--prot': "npm start -- --help" lists the options`],
    [["now"], `Unexpected argument 'now': "npm start -- --help" lists the options`],
    [["--port"], `Option '--port <value>' argument missing: "npm start -- --help" lists the options`],
  ])("rejects %j: %s", (args, message) => {
    expect(() => parseStartOptions(args)).toThrow(expect.objectContaining({ code: "ERR_SETUP", message }));
  });
});
