import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { zipSync } from "fflate";
import { networkSettings, plainPip, plainPython } from "../../scripts/python-environment";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";

const run = promisify(execFile);

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

describe("the environment for an installation", () => {
  it("has nothing of the developer's Python and pip", () => {
    const environment = { PATH: "/bin", PIP_USER: "1", PIP_TARGET: "/x", PYTHONHOME: "/x", PYTHONPATH: "/x" };
    expect(plainPython(environment)).toEqual({ PATH: "/bin", PIP_CONFIG_FILE: devNull });
  });

  it("keeps how pip reaches an index: a command's setting wins over a global one, the environment over both", () => {
    const list = [
      ":env:.cert='/c.pem'",
      "global.index-url='https://global.example/simple'",
      "install.index-url='https://install.example/simple'",
      "global.extra-index-url='\\nhttps://a.example\\nhttps://b.example'",
      "global.cert='/global.pem'",
      "install.target='/x'",
      "global.user='true'",
      "wheel.index-url='https://wheel.example'",
    ].join("\n");
    expect(networkSettings(list)).toEqual({
      PIP_CERT: "/c.pem",
      PIP_INDEX_URL: "https://install.example/simple",
      PIP_EXTRA_INDEX_URL: "https://a.example https://b.example",
    });
  });
});

/** A package of one module, which needs neither an index nor a build. */
const WHEEL = {
  "here.py": "",
  "here-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: here\nVersion: 1.0\n",
  "here-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  "here-1.0.dist-info/RECORD": "",
};

describeWithLocalAws("pip, as the local AWS and other tools are installed by it,", () => {
  let folder: string;
  let wheel: string;
  let python: string;
  const own = { ...process.env };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
    wheel = path.join(folder, "here-1.0-py3-none-any.whl");
    const files = Object.entries(WHEEL).map(([name, text]) => [name, Buffer.from(text)]);
    await writeFile(wheel, zipSync(Object.fromEntries(files)));
    await run("python3", ["-m", "venv", path.join(folder, "venv")], { env: plainPython() });
    python = path.join(folder, "venv", "bin", "python3");
    await writeFile(path.join(folder, "pip.conf"), `[install]\ntarget = ${folder}/elsewhere\n[global]\nuser = true\n`);
  });
  afterEach(() => {
    process.env = { ...own };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("installs into its environment, whatever the developer's own settings of pip and Python are", async () => {
    const elsewhere = path.join(folder, "elsewhere");
    const settings = {
      PIP_USER: "1",
      PIP_TARGET: elsewhere,
      PIP_PREFIX: elsewhere,
      PIP_ROOT: elsewhere,
      PIP_DRY_RUN: "1",
      PIP_REQUIRE_HASHES: "1",
      PIP_CONSTRAINT: "/no/such/file",
      PIP_CONFIG_FILE: path.join(folder, "pip.conf"),
      PYTHONHOME: "/no/such/folder",
      PYTHONPATH: "/no/such/folder",
    };
    // One installation with all of them tells as much as one with each: each alone changes nothing, and no two undo each other.
    for (const [name, value] of Object.entries(settings)) {
      expect(plainPython({ ...own, [name]: value })).toEqual(plainPython(own));
    }
    process.env = { ...own, ...settings };
    const env = await plainPip(python);
    expect(Object.keys(env).filter((name) => name in settings)).toEqual(["PIP_CONFIG_FILE"]);
    expect(env.PIP_CONFIG_FILE).toBe(devNull);
    const options = ["--disable-pip-version-check", "--quiet", "--no-index"];
    await run(python, ["-m", "pip", "install", ...options, wheel], { env });
    const { stdout } = await run(python, ["-c", "import here; print(here.__file__)"], { env });
    expect(path.dirname(stdout.trim())).toContain(path.join(folder, "venv", "lib"));
  });
});
