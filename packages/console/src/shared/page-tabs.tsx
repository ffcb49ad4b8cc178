import Tabs, { type TabsProps } from "@cloudscape-design/components/tabs";
import { useAddressState } from "../routing/address-state.ts";

/** Tabs of a page; which one is open is in its address. */
export function PageTabs({ tabs }: { readonly tabs: readonly TabsProps.Tab[] }) {
  const [first] = tabs;
  const [wanted, open] = useAddressState("tab", first?.id);
  const active = tabs.some(({ id }) => id === wanted) ? wanted : (first?.id ?? "");
  return (
    <Tabs tabs={tabs} activeTabId={active} onChange={({ detail }) => open(detail.activeTabId)} />
  );
}
