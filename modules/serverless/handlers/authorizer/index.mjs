var r=async()=>{throw new Error("not built yet")};export{r as handler};
