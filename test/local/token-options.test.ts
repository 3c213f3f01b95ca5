import { parseTokenOptions } from "../../local/commands/token-options";

describe("npm run token's options", () => {
  it.each([
    [["alice"], { user: "alice" }],
    [["-"], { user: "-" }],
    [["alice", "--expires-in", "30"], { user: "alice", expiresInSeconds: 30 }],
    [["--expires-in", "-60", "alice"], { user: "alice", expiresInSeconds: -60 }],
    [["--expires-in=30", "alice"], { user: "alice", expiresInSeconds: 30 }],
    [["alice", "--claims", '{"role":"admin"}'], { user: "alice", claims: { role: "admin" } }],
  ])("%j are taken as they are given", (args, options) => {
    expect(parseTokenOptions(args)).toEqual({ expiresInSeconds: undefined, claims: undefined, ...options });
  });

  it.each([
    [[], "the name of one user is needed"],
    [["alice", "bob"], "the name of one user is needed"],
    [["alice", "--expires-in"], "--expires-in must be a whole number of seconds"],
    [["alice", "--expires-in", "soon"], '--expires-in must be a whole number of seconds, got "soon"'],
    [["alice", "--expires-in", "1.5"], '--expires-in must be a whole number of seconds, got "1.5"'],
    [["alice", "--claims", "role=admin"], "--claims must be a JSON object"],
    [["alice", "--claims", "[]"], "--claims must be a JSON object"],
    [["alice", "--verbose"], "Unknown option '--verbose'"],
  ])("rejects %j and says what could be", (args, message) => {
    expect(() => parseTokenOptions(args)).toThrow(message);
  });
});
