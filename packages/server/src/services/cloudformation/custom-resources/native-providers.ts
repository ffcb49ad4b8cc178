import { autoDeleteObjects } from "./auto-delete-objects.ts";
import { bucketNotifications } from "./bucket-notifications.ts";
import type { NativeProvider } from "./custom-type.ts";
import { oidcProvider } from "./oidc-provider.ts";
import { sdkCalls } from "./sdk-calls.ts";

/** The CDK's own providers that Rolecast makes without running their functions. */
export const NATIVE_PROVIDERS: readonly NativeProvider[] = [
  autoDeleteObjects,
  bucketNotifications,
  oidcProvider,
  sdkCalls,
];
