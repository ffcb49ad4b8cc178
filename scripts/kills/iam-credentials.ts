import { IAM } from "@aws-sdk/client-iam";
import { MANAGED } from "./identity-policies.ts";
import type { Node } from "./node.ts";
import { number } from "./settings.ts";
import { settingsOf } from "./settings-of.ts";

/* Users' passwords and boundaries, and virtual MFA devices. */

const userOf = (key: string) => ({ UserName: `kills-person-${key}` });
const deviceOf = (key: string) => `kills-device-${key}`;
const serialOf = (key: string) => `arn:aws:iam::000000000000:mfa/${deviceOf(key)}`;
const iam = (at: Node) => at.client(IAM);
const PASSWORDS = ["to be changed", "for good"];

export const credentials = settingsOf(
  "iam-credentials",
  {
    password: {
      value: (chance) => chance.one(PASSWORDS),
      async put(at, of, value) {
        const PasswordResetRequired = value === PASSWORDS[0];
        const profile = {
          ...userOf(of),
          Password: `Kills-${of}-2!`.padEnd(120, "x"),
          PasswordResetRequired,
        };
        await iam(at)
          .updateLoginProfile(profile)
          .catch((error: Error) => {
            if (error.name !== "NoSuchEntityException") throw error;
            return iam(at).createLoginProfile(profile);
          });
      },
      remove: (at, of) => iam(at).deleteLoginProfile(userOf(of)),
      async read(at, of) {
        const { LoginProfile } = await iam(at).getLoginProfile(userOf(of));
        return PASSWORDS[LoginProfile?.PasswordResetRequired ? 0 : 1];
      },
    },
    boundary: {
      value: (chance) => chance.one(MANAGED),
      put: (at, of, PermissionsBoundary) =>
        iam(at).putUserPermissionsBoundary({ ...userOf(of), PermissionsBoundary }),
      remove: (at, of) => iam(at).deleteUserPermissionsBoundary(userOf(of)),
      async read(at, of) {
        const { User } = await iam(at).getUser(userOf(of));
        return User?.PermissionsBoundary?.PermissionsBoundaryArn;
      },
    },
    device: {
      value: () => "made",
      put: (at, of) => iam(at).createVirtualMFADevice({ VirtualMFADeviceName: deviceOf(of) }),
      remove: (at, of) => iam(at).deleteVirtualMFADevice({ SerialNumber: serialOf(of) }),
      async read(at, of) {
        const { VirtualMFADevices = [] } = await iam(at).listVirtualMFADevices({});
        return VirtualMFADevices.some((one) => one.SerialNumber === serialOf(of))
          ? "made"
          : undefined;
      },
    },
    path: {
      value: (chance) => `/kills/${number(chance)}/`,
      put: (at, of, NewPath) => iam(at).updateUser({ ...userOf(of), NewPath }),
      remove: (at, of) => iam(at).updateUser({ ...userOf(of), NewPath: "/" }),
      async read(at, of) {
        const { User } = await iam(at).getUser(userOf(of));
        return User?.Path === "/" ? undefined : User?.Path;
      },
    },
  },
  {
    keys: 4,
    async prepare(at, keys) {
      for (const key of keys) await iam(at).createUser(userOf(key));
    },
  },
);
