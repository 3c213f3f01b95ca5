import { Fn, propertyAccess, Token } from "cdktf";
import { AUTHORIZER_ENVIRONMENT } from "../contract/authorizer-handler";
import type { Channels } from "../inputs/channels";
import type { OptionalVariable } from "../lambda/optional-environment";
import { isGiven } from "../terraform/condition";
import type { Given } from "../terraform/field";
import { whenKnown } from "../terraform/when-known";

/** The authorizer's variables for the claims that name a user's channels. Each exists only if its claim is given. */
export function channelClaims(channels: Given<Channels> | undefined): readonly OptionalVariable[] {
  return [
    claim(AUTHORIZER_ENVIRONMENT.channelsSubscribeClaim, channels, "subscribeClaim", "subscribe_claim"),
    claim(AUTHORIZER_ENVIRONMENT.channelsPostClaim, channels, "postClaim", "post_claim"),
  ];
}

function claim(
  name: string,
  channels: Given<Channels> | undefined,
  field: "subscribeClaim" | "postClaim",
  spelling: string,
): OptionalVariable {
  return whenKnown<Given<Channels> | undefined, OptionalVariable>(
    channels,
    (known) => ({ name, value: known?.[field] ?? "", when: isGiven(known?.[field]) }),
    (token) => {
      // The claim may be null, and so may the object, which then has no fields: `length` fails for both.
      const given = propertyAccess(token, [spelling]);
      return { name, value: Token.asString(Fn.try([given, ""])), when: Fn.can(Fn.lengthOf(given)) };
    },
  );
}
