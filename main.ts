import { App } from "cdktf";
import { chooseBackend } from "./src/module/backend";
import { SumuStack } from "./src/module/sumu-stack";

const app = new App();
const stack = new SumuStack(app, "sumu");
chooseBackend(stack);
app.synth();
