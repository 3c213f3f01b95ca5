import { RELEASE_SCRIPT } from "./release-script";

/** CodeBuild's build specification: Node 24, then the release as one command. */
export const BUILDSPEC = `version: 0.2
env:
  shell: bash
  git-credential-helper: yes
phases:
  install:
    runtime-versions:
      nodejs: 24
  build:
    on-failure: ABORT
    commands:
      # In a subshell: CodeBuild runs all commands in one shell, which an exit would end.
      - |
        (
${indented(RELEASE_SCRIPT)}
        )
`;

function indented(script: string): string {
  return script.trimEnd().replace(/^(?=.)/gm, "        ");
}
