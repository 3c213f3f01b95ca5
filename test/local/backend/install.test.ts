import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { installMiniStack } from "../../../local/backend/install";

describe("installing the local AWS", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A Python that fails as told. */
  async function pythonThat(name: string, script: string): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return file;
  }

  it("rejects a machine without Python", async () => {
    await expect(installMiniStack(path.join(folder, "a"), { python: "no-such-python3" })).rejects.toMatchObject({
      code: "ERR_SETUP",
      message:
        "Python 3.10 or newer is needed for the local AWS, but there is no no-such-python3 on the PATH: install it, then start again",
    });
  });

  it("rejects an old Python", async () => {
    const python = await pythonThat("old", "exit 73");
    await expect(installMiniStack(path.join(folder, "b"), { python })).rejects.toThrow(
      `Python 3.10 or newer is needed for the local AWS, but ${python} is older: install it, then start again`,
    );
  });

  it("rejects a Python that does not run, with what it says", async () => {
    const python = await pythonThat("broken", 'echo "ModuleNotFoundError: encodings" >&2; exit 1');
    await expect(installMiniStack(path.join(folder, "b"), { python })).rejects.toThrow(
      `Python 3.10 or newer is needed for the local AWS, but ${python} does not run (ModuleNotFoundError: encodings): install it, then start again`,
    );
  });

  it("rejects a Python that cannot make environments, as Debian's", async () => {
    const python = await pythonThat("no-venv", 'case "$1" in -m) echo "ensurepip is not available" >&2; exit 1;; esac');
    await expect(installMiniStack(path.join(folder, "c"), { python })).rejects.toThrow(
      `${python} -m venv failed (ensurepip is not available): on Debian and Ubuntu run "apt-get install python3-venv", then start again`,
    );
  });

  it("rejects a machine without a way to PyPI", async () => {
    const makesEnvironment = 'mkdir -p "$3/bin" && printf "#!/bin/sh\\necho no route >&2; exit 1" > "$3/bin/python3"';
    const python = await pythonThat(
      "no-pypi",
      `case "$1" in -m) ${makesEnvironment} && chmod +x "$3/bin/python3";; esac`,
    );
    await expect(installMiniStack(path.join(folder, "d"), { python })).rejects.toThrow(
      "pip could not install ministack==1.5.33 (no route): check the network and the proxy, then start again",
    );
  });
});
