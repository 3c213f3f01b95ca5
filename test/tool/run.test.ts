import { run } from "../../tool/src/run";

const NOWHERE = "/dev/null";
/** An environment in which the AWS SDK finds nothing. */
const NOTHING = {
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_CONFIG_FILE: NOWHERE,
  AWS_SHARED_CREDENTIALS_FILE: NOWHERE,
  AWS_EC2_METADATA_DISABLED: "true",
};

describe("a command line", () => {
  const before = { ...process.env };
  beforeEach(() => {
    for (const [name, value] of Object.entries(NOTHING)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  afterEach(() => {
    process.env = { ...before };
  });

  async function sumu(...args: readonly string[]) {
    const lines: string[] = [];
    const said: string[] = [];
    const exitCode = await run(args, { write: (line) => lines.push(line), say: (line) => said.push(line) });
    return { exitCode, lines, said };
  }

  it.each([
    [["docter"], /^there is no command "docter": the commands are doctor, why, /],
    [["doctor"], /^which SUMU\? Give --prefix <prefix>, or --outputs <file of terraform output -json>$/],
    [
      ["doctor", "--outputs", "missing.json"],
      /^missing\.json cannot be read: write it with "terraform output -json > /,
    ],
    [["doctor", "--prefix", "shop"], /^there is no region: set AWS_REGION, or give --region$/],
    [
      ["doctor", "--prefix", "shop", "--region", "eu-west-1"],
      /^there are no AWS credentials: set AWS_PROFILE, or log in with aws sso login$/,
    ],
    [
      ["why", "alice", "--prefix", "shop", "--region", "eu-west-1"],
      /^there are no AWS credentials: set AWS_PROFILE, or log in with aws sso login$/,
    ],
  ])("that cannot run is answered by one line that says what to do: %j", async (args, line) => {
    expect(await sumu(...args)).toEqual({ exitCode: 2, lines: [], said: [expect.stringMatching(line)] });
  });
});
