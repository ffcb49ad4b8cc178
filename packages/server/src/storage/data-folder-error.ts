/** The folder can't be used; the message says why. */
export class DataFolderError extends Error {
  override readonly name: string = "DataFolderError";
}

/** Another process serves from the folder. */
export class DataFolderInUseError extends DataFolderError {
  override readonly name = "DataFolderInUseError";

  constructor(dir: string) {
    super(
      `The data folder ${dir} is in use by another Rolecast process. Stop that one, or choose another folder with --data.`,
    );
  }
}
