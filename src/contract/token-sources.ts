/** Where a client that connects may put its token: the query parameter, the header `Authorization`, or either of them. */
export const TOKEN_SOURCES = ["query", "header", "either"] as const;

/** Browsers can set no header, so that the query is where their token is. */
export const DEFAULT_TOKEN_SOURCE: TokenSource = "query";

/** One of {@link TOKEN_SOURCES}. */
export type TokenSource = (typeof TOKEN_SOURCES)[number];
