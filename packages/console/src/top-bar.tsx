import TopNavigation from "@cloudscape-design/components/top-navigation";
import { useState } from "react";
import { SIGN_IN_PATH } from "./routing/hash-route.ts";
import { chooseMode, isDark } from "./session/colour-mode.ts";
import { IVS_REGIONS } from "./session/regions.ts";
import type { AwsClients } from "./wire/aws-clients.ts";
import { useSession } from "./wire/aws-context.tsx";
import { callErrorText } from "./wire/call-error.ts";
import { useCall } from "./wire/use-call.ts";

const callerIdentity = async (aws: AwsClients) =>
  (await import("./wire/caller-identity.ts")).callerIdentity(aws);

/** Shows who is signed in, and where. */
export function TopBar(props: {
  readonly onRegion: (region: string) => void;
  readonly onSearch: () => void;
  readonly onShortcuts: () => void;
}) {
  const { region, key, signOut } = useSession();
  const [dark, setDark] = useState(isDark);
  const identity = useCall("identity", callerIdentity);
  const arn = identity.data?.Arn;
  const account = identity.data?.Account;
  const name = arn?.split(":").slice(5).join(":") ?? key.accessKeyId;
  const refusal = identity.error === undefined ? undefined : callErrorText(identity.error);
  return (
    <div id="top-bar">
      <TopNavigation
        identity={{ href: "#/", title: "Rolecast" }}
        utilities={[
          {
            type: "button",
            iconName: "search",
            text: "Search",
            ariaLabel: "Search",
            onClick: props.onSearch,
          },
          {
            type: "menu-dropdown",
            iconName: "status-info",
            text: "Help",
            ariaLabel: "Help",
            items: HELP_ITEMS,
            onItemClick: ({ detail }) => {
              if (detail.id === "shortcuts") props.onShortcuts();
            },
          },
          {
            type: "button",
            text: dark ? "Light mode" : "Dark mode",
            ariaLabel: dark ? "Light mode" : "Dark mode",
            onClick: () => {
              chooseMode(!dark);
              setDark(!dark);
            },
          },
          {
            type: "menu-dropdown",
            text: region,
            ariaLabel: `Region ${region}`,
            items: IVS_REGIONS.map(({ id, city }) => ({
              id,
              text: `${city} ${id}`,
              disabled: id === region,
            })),
            onItemClick: ({ detail }) => props.onRegion(detail.id),
          },
          {
            type: "menu-dropdown",
            text: account === undefined ? name : `${name} @ ${account}`,
            description: refusal?.sentence ?? arn ?? "",
            iconName: "user-profile",
            ariaLabel: `Signed in as ${name}${account === undefined ? "" : ` @ ${account}`}`,
            items: [
              { id: "account", text: `Account ${account ?? "…"}`, disabled: true },
              { id: "key", text: `Access key ${key.accessKeyId}`, disabled: true },
              { id: "sign-in", text: "Sign in with another key", href: `#${SIGN_IN_PATH}` },
              { id: "sign-out", text: "Sign out" },
            ],
            onItemClick: ({ detail }) => {
              if (detail.id === "sign-out") signOut();
            },
          },
        ]}
      />
    </div>
  );
}

const DOCS = "/_rolecast/docs/";
const HELP_ITEMS = [
  { id: "docs", text: "Documentation", href: DOCS, external: true },
  { id: "operations", text: "Operations that work", href: `${DOCS}operations`, external: true },
  { id: "cli", text: "The command", href: `${DOCS}cli`, external: true },
  { id: "shortcuts", text: "Keyboard shortcuts" },
];
