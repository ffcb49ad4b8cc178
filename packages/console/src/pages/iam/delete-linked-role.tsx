import {
  DeleteServiceLinkedRoleCommand,
  type DeletionTaskFailureReasonType,
  type DeletionTaskStatusType,
  GetServiceLinkedRoleDeletionStatusCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallFailure } from "../../shared/call-failure.tsx";
import { inBackground } from "../../shared/in-background.ts";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";

const POLL_MS = 500;

interface Task {
  readonly id: string;
  readonly status: DeletionTaskStatusType;
  readonly reason: DeletionTaskFailureReasonType | undefined;
}

/** The deletion of a service-linked role is a task: its progress, and why it fails if it does. */
export function DeleteLinkedRole(props: {
  readonly roleName: string;
  readonly onClose: () => void;
}) {
  const { roleName, onClose } = props;
  const { iam } = useAws();
  const { done } = useNotices();
  const [task, setTask] = useState<Task>();
  const [error, setError] = useState<unknown>();
  const running = task !== undefined && task.status !== "FAILED" && task.status !== "SUCCEEDED";
  const remove = async () => {
    setError(undefined);
    try {
      const ended = await followDeletion(iam, roleName, setTask);
      if (ended.status !== "SUCCEEDED") return;
      done(`Role ${roleName} is deleted.`);
      goTo("#/iam/roles");
    } catch (failure) {
      setTask(undefined);
      setError(failure);
    }
  };
  return (
    <Modal
      visible
      size="large"
      header={`Delete ${roleName}?`}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Actions>
            <Button variant="link" onClick={onClose}>
              Close
            </Button>
            <Button
              variant="primary"
              loading={running}
              onClick={() => inBackground("The role wasn't deleted", remove())}
            >
              {task?.status === "FAILED" ? "Try again" : "Delete role"}
            </Button>
          </Actions>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>
          IAM asks the service whether anything still uses the role. It makes the role again when it
          needs it the next time.
        </Box>
        {error !== undefined && <CallFailure title="The role wasn't deleted" error={error} />}
        {task && <TaskProgress task={task} />}
      </SpaceBetween>
    </Modal>
  );
}

function TaskProgress({ task }: { readonly task: Task }) {
  const { status, reason } = task;
  return (
    <SpaceBetween size="s">
      <StatusIndicator type={INDICATORS[status]}>{status}</StatusIndicator>
      {reason && (
        <Alert type="error" header="The role is in use">
          <Box>{reason.Reason}</Box>
          {(reason.RoleUsageList ?? []).map(({ Region, Resources = [] }) => (
            <div key={Region}>
              <strong>{Region}</strong>
              <ul>
                {Resources.map((resource) => (
                  <li key={resource}>{resource}</li>
                ))}
              </ul>
            </div>
          ))}
        </Alert>
      )}
      <Box color="text-body-secondary" fontSize="body-s">
        Task {task.id}
      </Box>
    </SpaceBetween>
  );
}

const INDICATORS = {
  NOT_STARTED: "pending",
  IN_PROGRESS: "in-progress",
  SUCCEEDED: "success",
  FAILED: "error",
} as const;

/** Starts the task and asks for it until it has ended. */
async function followDeletion(
  iam: IAMClient,
  RoleName: string,
  show: (task: Task) => void,
): Promise<Task> {
  const started = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
  const id = started.DeletionTaskId ?? "";
  show({ id, status: "NOT_STARTED", reason: undefined });
  for (;;) {
    const { Status = "IN_PROGRESS", Reason } = await iam.send(
      new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId: id }),
    );
    const task = { id, status: Status, reason: Reason };
    show(task);
    if (Status === "FAILED" || Status === "SUCCEEDED") return task;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
