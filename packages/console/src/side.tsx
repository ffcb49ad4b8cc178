import SideNavigation from "@cloudscape-design/components/side-navigation";
import { useMemo, useState } from "react";
import { rememberedGroups, rememberGroups } from "./routing/folded-groups.ts";
import { goTo } from "./routing/hash-route.ts";
import { navigationOf } from "./routing/navigation.ts";

/** The pages at the side, in groups that stay as somebody left them. */
export function Side({ path }: { readonly path: string }) {
  const [chosen, setChosen] = useState(rememberedGroups);
  const activeHref = `#/${path.split("/").slice(1, 3).join("/")}`;
  // The component takes new items as a reason to fold anew.
  const items = useMemo(() => navigationOf(activeHref, chosen), [activeHref, chosen]);
  return (
    <SideNavigation
      header={{ href: "#/", text: "Rolecast" }}
      activeHref={activeHref}
      items={items}
      onChange={({ detail: { item, expanded } }) => {
        if (item.type !== "section") return;
        const groups = { ...chosen, [item.text]: expanded };
        rememberGroups(groups);
        setChosen(groups);
      }}
      onFollow={(event) => {
        if (event.detail.external === true) return;
        event.preventDefault();
        goTo(event.detail.href);
      }}
    />
  );
}
