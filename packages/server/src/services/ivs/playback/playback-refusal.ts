/** Why somebody may not play, as the body of IVS's playback errors says it. */
export class PlaybackRefusal extends Error {
  readonly code: string;

  private constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }

  /** Whatever is wrong with a token, IVS has one code for it. */
  static token(message: string): PlaybackRefusal {
    return new PlaybackRefusal(message, "invalid_playback_auth_token");
  }

  static country(): PlaybackRefusal {
    return new PlaybackRefusal("Content is geoblocked", "content_geoblocked");
  }

  static origin(): PlaybackRefusal {
    return new PlaybackRefusal("Origin is not allowed", "unauthorized_origin");
  }
}
