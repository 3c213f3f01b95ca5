import { VERSION_QUESTION } from "../contract/version";

/**
 * The steps of a release, the same in CodeBuild and in its test. The script builds the repository with its own
 * lockfile, packs one zip, updates the function, publishes a version and invokes that version. Then it moves the alias
 * and invokes the function again through the alias. If this fails, it moves the alias back. It exits with 1 whenever
 * the alias is where it was before.
 *
 * The script does not release a version of an older contract than the stack needs. That version would ignore inputs that
 * the stack sets, and would admit users whom these inputs refuse. Handlers of contract 1 cannot say their version, so a
 * version without an answer counts as contract 1.
 *
 * Reads LEAST_CONTRACT (a number), FUNCTION_NAME, ALIAS, SMOKE_EVENT (JSON) and SMOKE_ANSWER (`refusal`: a policy of Deny alone, or `any`);
 * RELEASE_ON (`branch` or `tag`), and for `tag` BRANCH, PIPELINE_NAME and PIPELINE_EXECUTION_ID.
 *
 * For `tag` the source is a clone. The clone may be shallow, or have no ref but the tag's commit, so the script fetches
 * the branch with its history.
 *
 * Terraform would interpret a dollar sign before a brace, so the script contains none.
 */
export const RELEASE_SCRIPT = String.raw`set -euo pipefail

say() { echo "release: $*"; }
fail() { say "$*" >&2; exit 1; }

if [ "$RELEASE_ON" = tag ]; then
  cause=$(aws codepipeline get-pipeline-execution --pipeline-name "$PIPELINE_NAME" \
    --pipeline-execution-id "$PIPELINE_EXECUTION_ID" --query pipelineExecution.trigger.triggerType --output text)
  if [ "$cause" = CreatePipeline ]; then
    say "nothing yet: a pipeline runs once when it is created, and only a tag releases"
    exit 0
  fi
  depth=--no-tags
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then depth=--unshallow; fi
  git fetch --quiet --no-tags "$depth" origin "+refs/heads/$BRANCH:refs/remotes/origin/$BRANCH" ||
    fail "the branch $BRANCH cannot be fetched"
  if ! git merge-base --is-ancestor HEAD "refs/remotes/origin/$BRANCH"; then
    fail "the branch $BRANCH does not contain the commit $(git rev-parse HEAD): only a tag on the branch releases"
  fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then
  npm ci --no-audit --no-fund
  npm run build --if-present
elif [ -f pnpm-lock.yaml ]; then
  corepack pnpm install --frozen-lockfile
  corepack pnpm run --if-present build
elif [ -f yarn.lock ]; then
  corepack yarn install --immutable
  corepack yarn run build
else
  fail "the repository has no lockfile (package-lock.json, pnpm-lock.yaml or yarn.lock): commit one"
fi

content=dist
if [ ! -d dist ]; then
  content=.
  if [ -f package-lock.json ]; then npm prune --omit=dev --no-audit --no-fund; fi
fi
if [ ! -f "$content/index.mjs" ] && [ ! -f "$content/index.js" ]; then
  fail "the build left neither dist/index.mjs nor dist/index.js nor either at the top: the function's handler is index.handler"
fi
(cd "$content" && zip -qrX "$work/release.zip" . -x '.git/*')

# Fails unless the version or alias answers the smoke event: without an error, and with a refusal where one is asked for.
printf '%s' "$SMOKE_EVENT" > "$work/event.json"
printf '%s' '${JSON.stringify(VERSION_QUESTION)}' > "$work/question.json"
answers() {
  local error
  error=$(aws lambda invoke --function-name "$FUNCTION_NAME" --qualifier "$1" --payload "fileb://$work/event.json" \
    --query FunctionError --output text "$work/answer.json") || return 1
  if [ "$error" != None ]; then
    say "$1 failed: $(head -c 500 "$work/answer.json")" >&2
    return 1
  fi
  node -e '
    const [file, wanted] = process.argv.slice(1);
    const answer = JSON.parse(require("node:fs").readFileSync(file, "utf8"));
    const statements = [answer?.policyDocument?.Statement ?? []].flat();
    const isRefusal = statements.length > 0 && statements.every((one) => one?.Effect === "Deny");
    process.exit(wanted === "any" || isRefusal ? 0 : 1);
  ' "$work/answer.json" "$SMOKE_ANSWER" || { say "$1 does not refuse a client without a token" >&2; return 1; }
}
# The contract version that a version of the function speaks.
contract_of() {
  local error
  error=$(aws lambda invoke --function-name "$FUNCTION_NAME" --qualifier "$1" --payload "fileb://$work/question.json" \
    --query FunctionError --output text "$work/contract.json") || return 1
  if [ "$error" != None ]; then echo 1; return; fi
  node -e '
    const answer = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    console.log(Number.isInteger(answer?.contract) && answer.contract > 0 ? answer.contract : 1);
  ' "$work/contract.json"
}
point_alias() {
  aws lambda update-alias --function-name "$FUNCTION_NAME" --name "$ALIAS" --function-version "$1" \
    --query FunctionVersion --output text > /dev/null
}

previous=$(aws lambda get-alias --function-name "$FUNCTION_NAME" --name "$ALIAS" --query FunctionVersion --output text)
aws lambda wait function-updated-v2 --function-name "$FUNCTION_NAME"
version=$(aws lambda update-function-code --function-name "$FUNCTION_NAME" --zip-file "fileb://$work/release.zip" \
  --publish --query Version --output text)
aws lambda wait published-version-active --function-name "$FUNCTION_NAME" --qualifier "$version"

answers "$version" || fail "version $version does not answer: $ALIAS stays at version $previous"
contract=$(contract_of "$version") || fail "version $version cannot be asked for its contract: $ALIAS stays at version $previous"
if [ "$contract" -lt "$LEAST_CONTRACT" ]; then
  fail "version $version speaks contract $contract, and the inputs of this stack need contract $LEAST_CONTRACT: $ALIAS stays at version $previous. Build the handler from a newer SUMU"
fi
point_alias "$version"
if ! answers "$ALIAS"; then
  point_alias "$previous"
  fail "$ALIAS does not answer at version $version: it is back at version $previous"
fi
say "$ALIAS moved from version $previous to version $version"
`;
