import { App, S3Backend } from "cdktf";
import { ShopStack } from "./shop-stack";

const { AWS_REGION: region = "eu-west-1", STATE_BUCKET: bucket } = process.env;

const app = new App();
const stack = new ShopStack(app, "shop", { region });
// Without a bucket, the state is a file beside the app. This is enough for a first try.
if (bucket !== undefined) {
  new S3Backend(stack, { bucket, key: "shop.tfstate", region, encrypt: true });
}
app.synth();
