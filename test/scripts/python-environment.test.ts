import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
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

/** A package of one module, which needs no index. */
const PACKAGE = `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`;

const BACKEND = `
import zipfile
def build_wheel(folder, config=None, metadata=None):
    name = "here-1.0-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("here.py", "")
        wheel.writestr("here-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: here\\nVersion: 1.0\\n")
        wheel.writestr("here-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("here-1.0.dist-info/RECORD", "")
    return name
`;

describeWithLocalAws("pip, as the local AWS and other tools are installed by it,", () => {
  let folder: string;
  let python: string;
  const own = { ...process.env };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
    const source = path.join(folder, "source");
    await mkdir(source);
    await writeFile(path.join(source, "pyproject.toml"), PACKAGE);
    await writeFile(path.join(source, "backend.py"), BACKEND);
    await run("python3", ["-m", "venv", path.join(folder, "venv")], { env: plainPython() });
    python = path.join(folder, "venv", "bin", "python3");
    await writeFile(path.join(folder, "pip.conf"), `[install]\ntarget = ${folder}/elsewhere\n[global]\nuser = true\n`);
  });
  afterEach(() => {
    process.env = { ...own };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const SETTINGS = (): readonly (readonly [string, string])[] => [
    ["PIP_USER", "1"],
    ["PIP_TARGET", path.join(folder, "elsewhere")],
    ["PIP_PREFIX", path.join(folder, "elsewhere")],
    ["PIP_ROOT", path.join(folder, "elsewhere")],
    ["PIP_DRY_RUN", "1"],
    ["PIP_REQUIRE_HASHES", "1"],
    ["PIP_CONSTRAINT", "/no/such/file"],
    ["PIP_CONFIG_FILE", path.join(folder, "pip.conf")],
    ["PYTHONHOME", "/no/such/folder"],
    ["PYTHONPATH", "/no/such/folder"],
  ];

  it.each(["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_REQUIRE_HASHES", "PIP_CONSTRAINT"])(
    "installs into its environment with %s set",
    (name) => installs([name]),
  );
  it.each(["PIP_CONFIG_FILE", "PYTHONHOME", "PYTHONPATH"])("installs into its environment with %s set", (name) =>
    installs([name]),
  );

  async function installs(names: readonly string[]): Promise<void> {
    process.env = { ...own, ...Object.fromEntries(SETTINGS().filter(([name]) => names.includes(name))) };
    const env = await plainPip(python);
    const pip = ["-m", "pip", "--disable-pip-version-check"];
    const options = ["--quiet", "--no-build-isolation", "--no-index", "--force-reinstall"];
    await run(python, [...pip, "install", ...options, path.join(folder, "source")], { env });
    const { stdout } = await run(python, ["-c", "import here; print(here.__file__)"], { env });
    expect(stdout.trim()).toContain(path.join(folder, "venv", "lib"));
    await run(python, [...pip, "uninstall", "--yes", "--quiet", "here"], { env });
  }
});
