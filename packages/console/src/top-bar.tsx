import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { useState } from "react";
import { chooseMode, isDark } from "./session/colour-mode.ts";
import { useAws } from "./wire/aws-context.tsx";
import { callErrorText } from "./wire/call-error.ts";
import { useCall } from "./wire/use-call.ts";

/** Where IVS exists. Source: AWS General Reference, "Amazon Interactive Video Service endpoints". */
const IVS_REGIONS = [
  ["us-east-1", "N. Virginia"],
  ["us-west-2", "Oregon"],
  ["ap-south-1", "Mumbai"],
  ["ap-northeast-2", "Seoul"],
  ["ap-northeast-1", "Tokyo"],
  ["eu-central-1", "Frankfurt"],
  ["eu-west-1", "Ireland"],
] as const;

/** Who is signed in, and where. */
export function TopBar(props: {
  readonly onSignOut: () => void;
  readonly onRegion: (region: string) => void;
}) {
  const { region, key } = useAws();
  const [dark, setDark] = useState(isDark);
  const identity = useCall("identity", ({ sts }) => sts.send(new GetCallerIdentityCommand({})));
  const arn = identity.data?.Arn;
  const name = arn?.split(":").slice(5).join(":") ?? key.accessKeyId;
  const refusal = identity.error === undefined ? undefined : callErrorText(identity.error);
  return (
    <div id="top-bar">
      <TopNavigation
        identity={{ href: "#/", title: "Rolecast" }}
        utilities={[
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
            items: IVS_REGIONS.map(([id, city]) => ({
              id,
              text: `${city} ${id}`,
              disabled: id === region,
            })),
            onItemClick: ({ detail }) => props.onRegion(detail.id),
          },
          {
            type: "menu-dropdown",
            text: name,
            description: refusal?.sentence ?? arn ?? "",
            iconName: "user-profile",
            ariaLabel: `Signed in as ${name}`,
            items: [
              { id: "account", text: `Account ${identity.data?.Account ?? "…"}`, disabled: true },
              { id: "key", text: `Access key ${key.accessKeyId}`, disabled: true },
              { id: "sign-out", text: "Sign out" },
            ],
            onItemClick: ({ detail }) => {
              if (detail.id === "sign-out") props.onSignOut();
            },
          },
        ]}
      />
    </div>
  );
}
