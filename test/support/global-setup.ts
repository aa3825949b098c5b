/** Services that several test files share are started here, once a run. */
export default function setUp(): void {}
