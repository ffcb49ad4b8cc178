import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { Moment } from "../../shared/moment.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { shownBytes } from "../../shared/shown-values.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { countWrites, writesText } from "./recorded-writes.ts";

interface Written {
  readonly bucket: string;
  readonly region: string;
}

/** A picture of who assumes the role, and where its session writes. */
export function RolePicture(props: {
  readonly service: string;
  readonly roleName: string;
  readonly buckets: readonly Written[];
}) {
  const { service, roleName, buckets } = props;
  return (
    <Container header={<Header variant="h2">What it does</Header>}>
      <div className="role-picture">
        <Station kind="Service">{service}</Station>
        <Arrow>assumes</Arrow>
        <Station kind="Role">{roleName}</Station>
        <Arrow>writes to</Arrow>
        <div className="role-picture-buckets">
          {buckets.length === 0 && <Station kind="Bucket">None yet</Station>}
          {buckets.map((written) => (
            <Bucket key={written.bucket} {...written} />
          ))}
        </div>
      </div>
    </Container>
  );
}

function Station(props: { readonly kind: string; readonly children: ReactNode }) {
  return (
    <div className="role-picture-station">
      <Box variant="awsui-key-label">{props.kind}</Box>
      <div>{props.children}</div>
    </div>
  );
}

function Arrow({ children }: { readonly children: string }) {
  return (
    <div className="role-picture-arrow">
      {children} <span aria-hidden="true">→</span>
    </div>
  );
}

function Bucket({ bucket, region }: Written) {
  const { inRegion } = useAws();
  const writes = useCall(`writes to ${bucket}`, () => countWrites(inRegion(region), bucket));
  return (
    <Station kind="Bucket">
      <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket }, { prefix: "ivs/v1/" })}>
        {bucket}
      </PlaceLink>
      {writes.error !== undefined && (
        <CallFailure title="Its objects can't be counted" error={writes.error} />
      )}
      {writes.loading && writes.data === undefined && (
        <StatusIndicator type="loading">Counting</StatusIndicator>
      )}
      {writes.data && (
        <Box fontSize="body-s">
          {writesText(writes.data, shownBytes(writes.data.bytes))}
          {writes.data.latest && (
            <>
              , the last <Moment at={writes.data.latest} />
            </>
          )}
        </Box>
      )}
    </Station>
  );
}
