import { ArchiveProvider } from "@cdktf/provider-archive/lib/provider";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { TerraformStack } from "cdktf";

/** Terraform 1.3 or later: optional object attributes with defaults. */
const REQUIRED_TERRAFORM = ">= 1.3.0";

/** aws 6.21 added nodejs24.x. A prebuilt provider would require one exact version. */
const PROVIDERS = {
  aws: { provider: AwsProvider, version: ">= 6.21.0, < 7.0.0" },
  archive: { provider: ArchiveProvider, version: ">= 2.4.0, < 3.0.0" },
} as const;

/** Adds the providers to a stack, with version ranges. */
export function requireProviders(stack: TerraformStack, names: readonly (keyof typeof PROVIDERS)[]): void {
  stack.addOverride("terraform.required_version", REQUIRED_TERRAFORM);
  for (const name of names) {
    const { provider: Provider, version } = PROVIDERS[name];
    new Provider(stack, name);
    stack.addOverride(`terraform.required_providers.${name}`, { source: `hashicorp/${name}`, version });
  }
}
