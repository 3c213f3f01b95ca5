import { randomBytes } from "node:crypto";

/** A connection, request or message id in API Gateway's shape: `L0SM9cOFvHcCIhw=`. */
export const newId = (): string => `${randomBytes(11).toString("base64url")}=`;

export const isId = (text: string): boolean => /^[\w-]{15}=$/.test(text);
