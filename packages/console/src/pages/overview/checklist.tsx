import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { PlaceLink } from "../../shared/place-link.tsx";
import { TestPictureButton } from "../test-picture/test-picture-button.tsx";
import type { Step } from "./checklist-steps.ts";

/** The way from nothing to a recording: by hand, or by one click. */
export function Checklist({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="One click makes what is missing, streams a test picture and records it."
          actions={<TestPictureButton primary />}
        >
          From nothing to a recording
        </Header>
      }
    >
      <ol className="checklist">
        {steps.map(({ id, text, place, state }) => (
          <li key={id}>
            <StatusIndicator
              type={state === "done" ? "success" : "pending"}
              iconAriaLabel={state === "done" ? "Done" : "To do"}
            >
              <PlaceLink to={place}>{text}</PlaceLink>
            </StatusIndicator>
          </li>
        ))}
      </ol>
    </Container>
  );
}
